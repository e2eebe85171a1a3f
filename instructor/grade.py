"""``python -m instructor.grade``, the command of the Instructor's guide: see course/grading/grade.py."""

from course.grading.grade import command

if __name__ == "__main__":
    command()
