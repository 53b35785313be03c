"""Makes the models that loading is held against: small PyTorch modules as safetensors files, and what they forecast.

    pip install torch safetensors numpy && node test/reference/models.ts && python test/reference/generate_model.py

`models.ts` first writes models/foretide-*.safetensors with our own saveModel; PyTorch loads them here. Nothing is trained. Each
model sees 120 readings of one series, ten minutes apart: x_t = [z of each channel, sin and cos of the time of day], z by the mean
and the standard deviation of all readings so far, rounded to float32; everything after that in float64. A forecast is
mean + spread × head. Writes models/*.safetensors and models.json: [{file, kind, activation, hidden, layers, channels, horizon,
x, yhat}] over {time, value}, and models/dtypes.safetensors, in which "NAME.float32" is what NAME should be read as.
"""
import json, math, os, pathlib, runpy
import torch
from safetensors.torch import load_file, save_file

torch.manual_seed(20260102)
STEPS, STEP, START = 120, 600_000, 1_767_225_900_000
folder = pathlib.Path(__file__).resolve().parent / "models"
folder.mkdir(exist_ok=True)

time = [START + t * STEP for t in range(STEPS)]
noise = torch.randn(STEPS, 2, dtype=torch.float64)
waves = [[20 + 3 * math.sin(t / 7), 5 - 2 * math.cos(t / 11) + t / 60] for t in range(STEPS)]
value = torch.round(torch.tensor(waves, dtype=torch.float64) + 0.3 * noise, decimals=6)


def numbers(tensor):
    return [round(v, 9) for v in tensor.detach().double().flatten().tolist()]


class Forecaster(torch.nn.Module):
    def __init__(self, kind, channels, hidden, layers, horizon, **options):
        super().__init__()
        module = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind]
        setattr(self, kind, module(channels + 2, hidden, layers, batch_first=True, **options))
        self.head = torch.nn.Linear(hidden, channels * horizon)
        self.kind = kind

    def forward(self, x):
        return self.head(getattr(self, self.kind)(x)[0])


def case(file, module, kind, channels, hidden, layers, horizon, activation="tanh"):
    means = torch.stack([value[: t + 1, :channels].mean(0) for t in range(STEPS)])
    spreads = torch.stack([value[: t + 1, :channels].std(0, unbiased=False) for t in range(STEPS)])
    z = torch.where(spreads > 0, (value[:, :channels] - means) / spreads, 0.0).clamp(-10, 10)
    turns = torch.tensor([t % 86_400_000 / 86_400_000 for t in time], dtype=torch.float64) * 2 * math.pi
    x = torch.cat([z, turns.sin()[:, None], turns.cos()[:, None]], 1).float()
    with torch.no_grad():
        out = module.double()(x.double()[None])[0].view(STEPS, channels, horizon)
    yhat = means[:, :, None] + spreads[:, :, None] * out
    return dict(file=file, kind=kind, activation=activation, hidden=hidden, layers=layers, channels=channels,
                horizon=horizon, x=numbers(x), yhat=numbers(yhat))


cases = []
for file, kind, channels, hidden, layers, horizon, activation in [
    ("rnn-1", "rnn", 1, 4, 1, 3, "tanh"),
    ("rnn-2", "rnn", 2, 5, 2, 2, "tanh"),
    ("rnn-relu", "rnn", 1, 4, 1, 3, "relu"),
    ("lstm-1", "lstm", 1, 4, 1, 3, "tanh"),
    ("lstm-2", "lstm", 2, 5, 2, 2, "tanh"),
    ("gru-1", "gru", 1, 4, 1, 3, "tanh"),
    ("gru-2", "gru", 2, 5, 2, 2, "tanh"),
]:
    options = {"nonlinearity": activation} if kind == "rnn" else {}
    module = Forecaster(kind, channels, hidden, layers, horizon, **options)
    save_file(module.state_dict(), folder / f"{file}.safetensors")
    cases.append(case(file, module, kind, channels, hidden, layers, horizon, activation))

# the documented snippet itself
os.chdir(folder)
snippet = runpy.run_path(str(folder.parent / "save_lstm.py"))
cases.append(case("lstm", snippet["model"], "lstm", 1, 16, 1, 12))

# what Foretide wrote
for kind in ["rnn", "lstm", "gru"]:
    file = f"foretide-{kind}"
    module = Forecaster(kind, 2, 5, 2, 2)
    module.load_state_dict(load_file(folder / f"{file}.safetensors"))
    cases.append(case(file, module, kind, 2, 5, 2, 2))

edge = [0.0, -0.0, 1.0, -1.5, 1 / 3, 6e-8, -6.2e-5, 65504.0, 1e-3, math.pi]
odd = [1e-300, -1e-45, 1.17e-38, 3.4e38, 1 + 2**-24, 1 + 3 * 2**-24, 0.1]
dtypes = {
    "f16": torch.tensor(edge, dtype=torch.float64).half(),
    "bf16": torch.tensor(edge + [1e38, -1e-40], dtype=torch.float64).bfloat16(),
    "f64": torch.tensor(edge + odd, dtype=torch.float64),
}
save_file(dtypes | {f"{k}.float32": v.float() for k, v in dtypes.items()}, folder / "dtypes.safetensors")

target = folder.parent / "models.json"
target.write_text(json.dumps(dict(time=time, value=numbers(value), cases=cases)))
print(f"{target.name}: {len(cases)} cases, PyTorch {torch.__version__}")
