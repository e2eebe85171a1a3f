"""Start the kernel of a build: IPython's, with no settings but its own (see ``kernels.py``)."""

import sys

if __name__ == "__main__":
    del sys.path[0]  # this folder, which a notebook has no business with

    from IPython.core import application

    # Profiles and start-up files of the whole machine; the user's are away with IPYTHONDIR.
    application.ENV_CONFIG_DIRS.clear()
    application.SYSTEM_CONFIG_DIRS.clear()

    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
