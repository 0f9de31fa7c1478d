# Writes the files that main.rs reads. Run with PyTorch in this folder.
import torch
from collections import OrderedDict

x = torch.arange(6.0).reshape(2, 3)
state = OrderedDict(
    weight=x,
    transposed=x.t(),
    row=x[1],
    tied=x,
    again=x.view(2, 3),
    half=torch.tensor([1.5, -2.0]).half(),
    brain=torch.tensor([1.5, -2.0]).bfloat16(),
    double=torch.tensor([0.1], dtype=torch.float64),
    short=torch.tensor([-3, 4], dtype=torch.int16),
    byte=torch.tensor([200], dtype=torch.uint8),
    flag=torch.tensor([True, False]),
    number=torch.tensor(7),
    empty=torch.zeros(0, 3),
    spread=torch.tensor([2.0]).expand(3),
)
parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
checkpoint = {
    "epoch": 3,
    "loss": 0.25,
    "name": "größe",
    "none": None,
    "done": False,
    "big": 2**40,
    "negative": -5,
    "shape": x.shape,
    "device": torch.device("cpu"),
    "dtype": torch.float16,
    "list": [1, (2, 3), {"deep": parameter}],
    1: "a key that is no text",
    "model": OrderedDict(w=parameter, b=x[0]),
}
torch.save(state, "state.pt")
torch.save(state, "state_legacy.pt", _use_new_zipfile_serialization=False)
torch.save({**checkpoint, "bytes": b"ab"}, "checkpoint.pt", pickle_protocol=4)
torch.save(checkpoint, "checkpoint_legacy.pt", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(2, 1), "module.pt")
torch.save(torch.tensor([1 + 2j]), "complex.pt")
torch.save(torch.tensor([1, 65535], dtype=torch.uint16), "uint16.pt")
