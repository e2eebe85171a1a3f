"""What needs PyTorch."""
