"""onnxruntime as a contender: forward. Arguments: file of the picture, threads, ONNX file."""
import sys

import onnxruntime

import lite0
import rounds


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(sys.argv[2])
    options.inter_op_num_threads = 1
    # Threads that spin while they wait would be booked as processor time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(sys.argv[3], options, providers=["CPUExecutionProvider"])
    x = lite0.picture(sys.argv[1])
    forward = lambda: session.run(None, {"picture": x})[0].max()  # noqa: E731
    rounds.answer(f"onnxruntime {onnxruntime.__version__}", {"forward": forward})


main()
