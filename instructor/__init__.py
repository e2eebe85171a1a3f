"""What instructors run: release exercises, grade them, build a course site of one's own."""
