"""The network as ONNX, written node by node: the graph is small, and no tracer's version decides what it looks like."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from anshin.training.deep.network import CHANNELS, EMBEDDING, FIRST, SECOND, ByteNetwork
from anshin.training.trees.export import IR, OPSET


def to_onnx(network: ByteNetwork, length: int) -> bytes:
    """Return an ONNX model: int64 [N, length] "bytes" → float32 [N, 1] log-odds."""
    state = {name: value.detach().cpu().numpy().astype(np.float32) for name, value in network.state_dict().items()}
    shapes = {
        "wide1": np.array([0, -1, FIRST * EMBEDDING], dtype=np.int64),
        "wide2": np.array([0, -1, SECOND * CHANNELS], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["embedding.weight", "bytes"], ["embedded"], axis=0),
        helper.make_node("Reshape", ["embedded", "wide1"], ["x0"]),
        *_gated("first", "x0", "x1"),
        helper.make_node("Reshape", ["x1", "wide2"], ["x2"]),
        *_gated("second", "x2", "x3"),
        helper.make_node("ReduceMax", ["x3"], ["largest"], axes=[1], keepdims=0),
        helper.make_node("ReduceMean", ["x3"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Concat", ["largest", "mean"], ["pooled"], axis=1),
        helper.make_node("Gemm", ["pooled", "hidden.weight", "hidden.bias"], ["h"], transB=1),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "out.weight", "out.bias"], ["score"], transB=1),
    ]
    for name in ("first", "second"):
        state[f"{name}.weight"] = state[f"{name}.weight"].T.copy()
    graph = helper.make_graph(
        nodes,
        "bytes",
        [helper.make_tensor_value_info("bytes", TensorProto.INT64, [None, length])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
        [_tensor(name, value) for name, value in sorted({**state, **shapes}.items())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _gated(name: str, source: str, target: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("MatMul", [source, f"{name}.weight"], [f"{name}.m"]),
        helper.make_node("Add", [f"{name}.m", f"{name}.bias"], [f"{name}.c"]),
        helper.make_node("Split", [f"{name}.c"], [f"{name}.a", f"{name}.b"], axis=2),
        helper.make_node("Sigmoid", [f"{name}.b"], [f"{name}.g"]),
        helper.make_node("Mul", [f"{name}.a", f"{name}.g"], [target]),
    ]


def _tensor(name: str, value: npt.NDArray[Any]) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(value), name)
