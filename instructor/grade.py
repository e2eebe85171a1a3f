"""``python -m instructor.grade``, the command of the Instructor's guide."""

from course.grading.grade import command

if __name__ == "__main__":
    command()
