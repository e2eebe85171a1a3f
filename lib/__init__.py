"""The helper package of *Convolution, Transposed*.

Rooms, each importing only those below it: ``lib.plots`` (figures), ``lib.nets``
(PyTorch), ``lib.data`` (digits and pictures), ``lib.ops`` (the operators, NumPy only). Importing ``lib`` loads none of them.
"""
