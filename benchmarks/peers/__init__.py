"""Other libraries on the same task, in an environment of their own: nothing here is imported by the product.

pandana is under the AGPL: it must never get into the environment or the requirements of the product. The programs of
this folder run in ``.venv-peers``, get arrays in a file and print figures; ``benchmarks.peers.make`` makes it.
"""
