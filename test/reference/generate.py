"""Makes the fixtures that the cells are held against: PyTorch's nn.RNN, nn.LSTM and nn.GRU over 120 carried steps.

    pip install torch numpy && python test/reference/generate.py

Weights and inputs are float32; the reference itself is computed in float64 from them, so that its own rounding does not count.
Writes test/reference/cells.json: [{name, kind, activation, hidden, input, layers, weights: {PyTorch's names}, x, h, c}].
"""
import json, pathlib
import torch

torch.manual_seed(20260101)
STEPS = 120


def numbers(tensor):
    return [float(v) for v in tensor.detach().double().flatten()]


def case(name, kind, hidden, inputs, layers, activation="tanh", scale=1.0):
    if kind == "rnn":
        module = torch.nn.RNN(inputs, hidden, layers, nonlinearity=activation if activation != "sigmoid" else "tanh")
    else:
        module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](inputs, hidden, layers)
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(scale)
    weights = {k: numbers(v) for k, v in module.state_dict().items()}
    x = torch.randn(STEPS, inputs)
    module = module.double()
    with torch.no_grad():
        if activation == "sigmoid":  # nn.RNN has no sigmoid: the recurrence by hand, from the same tensors
            h = torch.zeros(layers, hidden, dtype=torch.float64)
            outputs = []
            for t in range(STEPS):
                v = x[t].double()
                for l in range(layers):
                    w = lambda n: getattr(module, f"{n}_l{l}")
                    h[l] = torch.sigmoid(w("weight_ih") @ v + w("bias_ih") + w("weight_hh") @ h[l] + w("bias_hh"))
                    v = h[l]
                outputs.append(v.clone())
            y, state = torch.stack(outputs), h
        else:
            y, state = module(x.double())
    c = numbers(state[1]) if kind == "lstm" else []
    return dict(name=name, kind=kind, activation=activation, hidden=hidden, input=inputs, layers=layers,
                weights=weights, x=numbers(x), y=numbers(y), c=c)


cases = [
    case("RNN tanh 8x3", "rnn", 8, 3, 1),
    case("RNN tanh 16x4, two layers", "rnn", 16, 4, 2),
    case("RNN relu 8x3", "rnn", 8, 3, 1, "relu"),
    case("RNN sigmoid 8x3", "rnn", 8, 3, 1, "sigmoid"),
    case("LSTM 8x3", "lstm", 8, 3, 1),
    case("LSTM 17x5, two layers", "lstm", 17, 5, 2),
    case("LSTM 32x4, large weights", "lstm", 32, 4, 1, scale=3.0),
    case("GRU 8x3", "gru", 8, 3, 1),
    case("GRU 17x5, two layers", "gru", 17, 5, 2),
]
target = pathlib.Path(__file__).with_name("cells.json")
target.write_text(json.dumps(cases))
print(f"{target}: {len(cases)} cases, PyTorch {torch.__version__}")
