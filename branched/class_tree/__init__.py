"""The idea: classes that share a reverse process until they part."""
