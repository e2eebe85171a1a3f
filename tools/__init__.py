"""What make calls: the environment, the build, the notebooks."""
