"""Gradient-boosted trees: training them, and turning them into ONNX and plain arrays that need no LightGBM."""
