"""The grader: reads hand-ins, runs them in processes of their own, examines what they define."""
