"""What PyTorch does on one thread, for the benches to print beside their own: pytorch.py mnist CELL | step HIDDEN | online. One JSON object."""
import json
import statistics
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def seconds(run, times, rounds=7):
    """Median over the rounds of the seconds that one of `times` runs takes."""
    for _ in range(max(1, times // 5)):
        run()
    laps = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(times):
            run()
        laps.append((time.perf_counter() - began) / times)
    return statistics.median(laps)


def trainer(cell, inputs, hidden, outputs, loss):
    layer = CELLS[cell](inputs, hidden, batch_first=True)
    head = nn.Linear(hidden, outputs)
    parameters = [*layer.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=1e-3)

    def update(x, target):
        optimiser.zero_grad()
        h, _ = layer(x)
        loss(head(h[:, -1]), target).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()

    return update


def mnist(cell):
    """Seconds of an epoch of 60,000 images, from batches of 128 (their pixels do not change the time)."""
    update = trainer(cell, 28, 128, 10, nn.CrossEntropyLoss())
    x = torch.rand(128, 28, 28)
    target = torch.randint(0, 10, (128,))
    return {"secondsPerEpoch": seconds(lambda: update(x, target), 20) * 60000 / 128}


def step(hidden):
    """Microseconds of one LSTMCell call for one row, and for 256 rows."""
    cell = nn.LSTMCell(4, hidden)
    out = {}
    for name, rows, times in (("one", 1, 300), ("frame", 256, 100)):
        x = torch.rand(rows, 4)
        state = (torch.zeros(rows, hidden), torch.zeros(rows, hidden))
        with torch.no_grad():
            out[name] = seconds(lambda: cell(x, state), times) * 1e6
    return out


def online():
    """Updates a second: a window of 16 steps, one series, hidden 64, input 4, Adam."""
    update = trainer("lstm", 4, 64, 1, nn.MSELoss())
    x = torch.rand(1, 16, 4)
    target = torch.rand(1, 1)
    return {"updatesPerSecond": 1 / seconds(lambda: update(x, target), 200)}


what, *rest = sys.argv[1:]
if what == "mnist":
    print(json.dumps(mnist(rest[0])))
elif what == "step":
    print(json.dumps(step(int(rest[0]))))
else:
    print(json.dumps(online()))
