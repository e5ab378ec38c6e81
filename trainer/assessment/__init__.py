"""The facts of quizzes: attempts, saved answers, gradings."""
