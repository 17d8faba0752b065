"""A model as one HTML file that needs no server: its network as ONNX, a runtime, an engine in JavaScript, a face."""
