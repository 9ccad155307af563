"""onnxruntime as a contender: forward. Arguments: folder of the network, threads."""
import sys
from pathlib import Path

import onnxruntime

import rounds


def main():
    folder = Path(sys.argv[1])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(sys.argv[2])
    options.inter_op_num_threads = 1
    # Threads that spin while they wait would be booked as processor time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(folder / "network.onnx", options, providers=["CPUExecutionProvider"])
    x = rounds.picture(folder)
    forward = lambda: session.run(None, {"picture": x})[0].max()  # noqa: E731
    rounds.answer(f"onnxruntime {onnxruntime.__version__}", {"forward": forward})


main()
