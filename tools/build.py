"""``python tools/build.py``, for where there is no make: see course/build.py."""

from course.build import command

if __name__ == "__main__":
    command()
