"""A PyTorch LSTM with a linear head, saved so that Foretide serves it (pip install torch safetensors):

    foretide run live-forecast --set model.file=lstm.safetensors --set forecast.learn=none
"""
import torch
from safetensors.torch import save_file


class Forecaster(torch.nn.Module):
    def __init__(self, channels=1, hidden=16, layers=1, horizon=12):
        super().__init__()
        self.lstm = torch.nn.LSTM(channels + 2, hidden, layers, batch_first=True)
        self.head = torch.nn.Linear(hidden, channels * horizon)

    def forward(self, x):  # x_t = [z of each channel, sin and cos of the time of day (UTC)] -> z of the next values
        return self.head(self.lstm(x)[0])


model = Forecaster()  # train it here
save_file(model.state_dict(), "lstm.safetensors")
