# Writes ours.safetensors, which main.rs must write byte for byte. Run with NumPy and safetensors.
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "w": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "transposed": np.ascontiguousarray(np.arange(6, dtype=np.float32).reshape(2, 3).T),
        "double": np.array([0.1, -np.inf]),
        "count": np.array(7),
        "byte": np.array([200], dtype=np.uint8),
        "flag": np.array([True, False]),
        "empty": np.zeros((0, 3), dtype=np.float32),
        "größe \"x\"": np.array([1.5], dtype=np.float32),
    },
    "ours.safetensors",
)
