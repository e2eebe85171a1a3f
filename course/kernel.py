"""Start the kernel of a build: IPython's, with no settings but its own (see ``kernels.py``)."""

if __name__ == "__main__":
    from IPython.core import application

    # Profiles and start-up files of the whole machine; the user's are away with IPYTHONDIR.
    application.ENV_CONFIG_DIRS.clear()
    application.SYSTEM_CONFIG_DIRS.clear()

    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
