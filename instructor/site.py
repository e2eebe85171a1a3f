"""``python -m instructor.site``, the command of the Instructor's guide."""

from course.site import command

if __name__ == "__main__":
    command()
