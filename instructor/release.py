"""``python -m instructor.release``, the command of the Instructor's guide."""

from course.release import command

if __name__ == "__main__":
    command()
