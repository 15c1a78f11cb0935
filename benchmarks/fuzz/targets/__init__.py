"""What the fuzzer feeds: one module for each reader, found by name."""
