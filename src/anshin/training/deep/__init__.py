"""The deep model: a small gated convolutional network over the raw bytes of a file's beginning and end."""
