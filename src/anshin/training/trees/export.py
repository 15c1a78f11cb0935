"""Trees as ONNX (for the score) and as plain arrays (for its explanation). Both give the same score."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import lightgbm
import numpy as np
import onnx
from onnx import TensorProto, helper

from anshin.engine.models.paths import Paths

OPSET, OPSET_ML, IR = 17, 3, 9


@dataclass(slots=True)
class _Nodes:
    roots: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, node: dict[str, Any]) -> int:
        """Add a node with all below it; returns its number."""
        at = len(self.feature)
        inner = "split_feature" in node
        self.feature.append(int(node["split_feature"]) if inner else 0)
        self.threshold.append(_below(float(node["threshold"])) if inner else 0.0)
        self.left.append(-1)
        self.right.append(-1)
        self.value.append(0.0)
        if inner:
            self.left[at] = self.add(node["left_child"])
            self.right[at] = self.add(node["right_child"])
            a, b = self.left[at], self.right[at]
            wa, wb = _count(node["left_child"]), _count(node["right_child"])
            # the expected value: the mean of what lies below, by the files that came through in training
            self.value[at] = (self.value[a] * wa + self.value[b] * wb) / max(1, wa + wb)
        else:
            self.value[at] = float(node["leaf_value"])
        return at


def _count(node: dict[str, Any]) -> int:
    return int(node.get("internal_count", node.get("leaf_count", 0)))


def _below(threshold: float) -> float:
    """Return the largest float32 not above `threshold`: a float32 is then below the one exactly if below the other."""
    single = np.float32(threshold)
    return float(np.nextafter(single, np.float32(-np.inf)) if float(single) > threshold else single)


def to_paths(booster: lightgbm.Booster) -> Paths:
    """Return all trees as plain arrays."""
    nodes = _Nodes()
    for tree in booster.dump_model(num_iteration=booster.best_iteration)["tree_info"]:
        nodes.roots.append(nodes.add(tree["tree_structure"]))
    return Paths(
        roots=np.array(nodes.roots, dtype=np.int32),
        feature=np.array(nodes.feature, dtype=np.int32),
        threshold=np.array(nodes.threshold, dtype=np.float32),
        left=np.array(nodes.left, dtype=np.int32),
        right=np.array(nodes.right, dtype=np.int32),
        value=np.array(nodes.value, dtype=np.float64),
    )


def to_onnx(paths: Paths, width: int) -> bytes:
    """Return the trees as an ONNX model: float32 [N, width] "features" → float32 [N, 1] raw scores in log-odds."""
    attributes: dict[str, Any] = {key: [] for key in _NODE_KEYS}
    targets: dict[str, Any] = {key: [] for key in ("target_treeids", "target_nodeids", "target_ids", "target_weights")}
    for tree, members in enumerate(_members(paths)):
        number = {node: at for at, node in enumerate(members)}
        for node in members:
            leaf = paths.left[node] < 0
            attributes["nodes_treeids"].append(tree)
            attributes["nodes_nodeids"].append(number[node])
            attributes["nodes_featureids"].append(int(paths.feature[node]))
            attributes["nodes_values"].append(float(paths.threshold[node]))
            attributes["nodes_modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            attributes["nodes_truenodeids"].append(0 if leaf else number[int(paths.left[node])])
            attributes["nodes_falsenodeids"].append(0 if leaf else number[int(paths.right[node])])
            attributes["nodes_missing_value_tracks_true"].append(0)
            if leaf:
                targets["target_treeids"].append(tree)
                targets["target_nodeids"].append(number[node])
                targets["target_ids"].append(0)
                targets["target_weights"].append(float(paths.value[node]))
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["score"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        **attributes,
        **targets,
    )
    graph = helper.make_graph(
        [node],
        "trees",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", OPSET_ML)]
    )
    model.ir_version = IR
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


_NODE_KEYS = (
    "nodes_treeids",
    "nodes_nodeids",
    "nodes_featureids",
    "nodes_values",
    "nodes_modes",
    "nodes_truenodeids",
    "nodes_falsenodeids",
    "nodes_missing_value_tracks_true",
)


def _members(paths: Paths) -> Iterator[list[int]]:
    """Yield the nodes of each tree: they stand one after the other, from its root to the next one's."""
    ends = [*paths.roots[1:].tolist(), len(paths.feature)]
    for root, end in zip(paths.roots.tolist(), ends, strict=True):
        yield list(range(root, end))
