"""The helper package of *Convolution, Transposed*.

``lib.checks`` (what exercises answer), ``lib.plots`` (figures), ``lib.nets`` (PyTorch),
``lib.data`` (digits and pictures), ``lib.ops`` (the operators, NumPy only): who may import whom
stands in ARCHITECTURE.md. Importing ``lib`` loads none of them.
"""
