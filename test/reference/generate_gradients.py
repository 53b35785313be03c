"""Makes the fixtures that the gradients are held against: PyTorch's autograd through 100 steps, 1 and 2 layers, in float64.

    pip install torch numpy && python test/reference/generate_gradients.py

L = sum over steps, series and hidden units of c * y, with random c: dL/dy is c. Weights, inputs and c are float32. Writes
test/reference/gradients.json.
"""
import json, pathlib
import torch

torch.manual_seed(20260102)
T, B = 100, 2


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().double().flatten()]


def case(name, kind, hidden, inputs, layers, activation="tanh"):
    if kind == "rnn":
        module = torch.nn.RNN(inputs, hidden, layers, nonlinearity=activation)
    else:
        module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](inputs, hidden, layers)
    weights = {k: numbers(v) for k, v in module.state_dict().items()}
    x, c = torch.randn(T, B, inputs), torch.randn(T, B, hidden)
    module = module.double()
    xd = x.double().requires_grad_(True)
    y, _ = module(xd)
    (y * c.double()).sum().backward()
    gradients = {k: numbers(p.grad) for k, p in module.named_parameters()}
    return dict(name=name, kind=kind, activation=activation, hidden=hidden, input=inputs, layers=layers, steps=T, batch=B,
                weights=weights, x=numbers(x), c=numbers(c), gradients=gradients, dx=numbers(xd.grad))


cases = [
    case("RNN tanh 6x3", "rnn", 6, 3, 1),
    case("RNN relu 6x3, two layers", "rnn", 6, 3, 2, "relu"),
    case("LSTM 8x3", "lstm", 8, 3, 1),
    case("LSTM 9x3, two layers", "lstm", 9, 3, 2),
    case("GRU 8x3", "gru", 8, 3, 1),
    case("GRU 7x3, two layers", "gru", 7, 3, 2),
]
target = pathlib.Path(__file__).with_name("gradients.json")
target.write_text(json.dumps(cases))
print(f"{target}: {len(cases)} cases, PyTorch {torch.__version__}")
