CREATE TRIGGER guard_content_version_update_fixed BEFORE UPDATE OF digest, course_id, bundle, recorded_at ON content_version FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard content_version fixed'); END
----
CREATE TRIGGER guard_media_file_update_fixed BEFORE UPDATE OF sha256, content_type, body, recorded_at ON media_file FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard media_file fixed'); END
----
CREATE TRIGGER guard_publication_update_fixed BEFORE UPDATE OF course_id, number, digest, recorded_at ON publication FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard publication fixed'); END
----
CREATE TRIGGER guard_allowance_update_fixed BEFORE UPDATE ON allowance FOR EACH ROW WHEN OLD.id IS NOT NEW.id OR OLD.person_id IS NOT NEW.person_id OR OLD.course_id IS NOT NEW.course_id OR OLD.quiz_id IS NOT NEW.quiz_id BEGIN SELECT RAISE(ABORT, 'guard allowance fixed'); END
----
CREATE TRIGGER guard_allowance_update_used BEFORE UPDATE ON allowance FOR EACH ROW WHEN NEW.attempts_used < OLD.attempts_used BEGIN SELECT RAISE(ABORT, 'guard allowance used'); END
----
CREATE TRIGGER guard_assignment_update_fixed BEFORE UPDATE OF id, person_id, course_id, due_on, recorded_at ON assignment FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard assignment fixed'); END
----
CREATE TRIGGER guard_completion_update_fixed BEFORE UPDATE OF person_id, course_id, number, digest, course_version, recorded_at ON completion FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard completion fixed'); END
----
CREATE TRIGGER guard_lesson_completion_update_fixed BEFORE UPDATE OF person_id, course_id, lesson_id, digest, recorded_at ON lesson_completion FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard lesson_completion fixed'); END
----
CREATE TRIGGER guard_posting_update_fixed BEFORE UPDATE OF id, ministry_id, person_id, mission_id, unit, grade, name, family_name, given_name, email, from_on, is_left, recorded_at ON posting FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard posting fixed'); END
----
CREATE TRIGGER guard_practice_answer_update_fixed BEFORE UPDATE OF id, person_id, course_id, lesson_id, question_id, digest, response, mark, recorded_at ON practice_answer FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard practice_answer fixed'); END
----
CREATE TRIGGER guard_report_line_update_fixed BEFORE UPDATE OF id, ministry_id, person_id, mission_id, sort_key, staff_number, name, family_name, given_name, email, ministry, mission, unit, grade, course_id, course_version, language, required_count, done_count, best_score, pass_mark, attempts, minutes, enrolled_on, due_on, first_activity_at, last_activity_at, completed_on, expires_on, recorded_at ON report_line FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard report_line fixed'); END
----
CREATE TRIGGER guard_report_line_update_once BEFORE UPDATE OF superseded_at ON report_line FOR EACH ROW WHEN (OLD.superseded_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'guard report_line once'); END
----
CREATE TRIGGER guard_attempt_update_fixed BEFORE UPDATE ON attempt FOR EACH ROW WHEN OLD.id IS NOT NEW.id OR OLD.allowance_id IS NOT NEW.allowance_id OR OLD.person_id IS NOT NEW.person_id OR OLD.course_id IS NOT NEW.course_id OR OLD.quiz_id IS NOT NEW.quiz_id OR OLD.digest IS NOT NEW.digest OR OLD.number IS NOT NEW.number OR OLD.seed IS NOT NEW.seed OR OLD.token_key IS NOT NEW.token_key OR OLD.started_at IS NOT NEW.started_at OR OLD.deadline_at IS NOT NEW.deadline_at BEGIN SELECT RAISE(ABORT, 'guard attempt fixed'); END
----
CREATE TRIGGER guard_attempt_update_step BEFORE UPDATE ON attempt FOR EACH ROW WHEN NOT (OLD.state = NEW.state
  OR OLD.state = 'open' AND NEW.state IN ('submitted', 'expired', 'void')
  OR OLD.state IN ('submitted', 'expired') AND NEW.state IN ('graded', 'void')
  OR OLD.state = 'graded' AND NEW.state IN ('released', 'void')
  OR OLD.state = 'released' AND NEW.state = 'void') BEGIN SELECT RAISE(ABORT, 'guard attempt step'); END
----
CREATE TRIGGER guard_attempt_update_count BEFORE UPDATE ON attempt FOR EACH ROW WHEN NEW.event_count < OLD.event_count BEGIN SELECT RAISE(ABORT, 'guard attempt count'); END
----
CREATE TRIGGER guard_attempt_update_closed BEFORE UPDATE ON attempt FOR EACH ROW WHEN OLD.closed_at IS NOT NULL AND OLD.closed_at IS NOT NEW.closed_at BEGIN SELECT RAISE(ABORT, 'guard attempt closed'); END
----
CREATE TRIGGER guard_attempt_delete_kept BEFORE DELETE ON attempt FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard attempt kept'); END
----
CREATE TRIGGER guard_answer_event_insert_in_time BEFORE INSERT ON answer_event FOR EACH ROW WHEN NOT NEW.is_late AND NOT EXISTS (
  SELECT 1 FROM attempt WHERE attempt.id = NEW.attempt_id AND attempt.state = 'open'
  AND (attempt.deadline_at IS NULL
    OR NEW.received_at <= attempt.deadline_at + 5000000)) BEGIN SELECT RAISE(ABORT, 'guard answer_event in_time'); END
----
CREATE TRIGGER guard_answer_event_insert_order BEFORE INSERT ON answer_event FOR EACH ROW WHEN EXISTS (SELECT 1 FROM answer_event AS earlier
  WHERE earlier.attempt_id = NEW.attempt_id AND earlier.n >= NEW.n) BEGIN SELECT RAISE(ABORT, 'guard answer_event order'); END
----
CREATE TRIGGER guard_answer_event_update_fixed BEFORE UPDATE ON answer_event FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard answer_event fixed'); END
----
CREATE TRIGGER guard_answer_event_delete_kept BEFORE DELETE ON answer_event FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard answer_event kept'); END
----
CREATE TRIGGER guard_grading_update_fixed BEFORE UPDATE ON grading FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard grading fixed'); END
----
CREATE TRIGGER guard_grading_delete_kept BEFORE DELETE ON grading FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard grading kept'); END
----
CREATE TRIGGER guard_answer_payload_update_fixed BEFORE UPDATE ON answer_payload FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'guard answer_payload fixed'); END
