CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_content_version_update_fixed BEFORE UPDATE OF digest, course_id, bundle, recorded_at ON content_version FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_media_file_update_fixed BEFORE UPDATE OF sha256, content_type, body, recorded_at ON media_file FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_publication_update_fixed BEFORE UPDATE OF course_id, number, digest, recorded_at ON publication FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION guard_allowance_update_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id IS DISTINCT FROM NEW.id OR OLD.person_id IS DISTINCT FROM NEW.person_id OR OLD.course_id IS DISTINCT FROM NEW.course_id OR OLD.quiz_id IS DISTINCT FROM NEW.quiz_id THEN RAISE EXCEPTION 'guard allowance fixed' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_allowance_update_fixed BEFORE UPDATE ON allowance FOR EACH ROW EXECUTE FUNCTION guard_allowance_update_fixed()
----
CREATE OR REPLACE FUNCTION guard_allowance_update_used() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.attempts_used < OLD.attempts_used THEN RAISE EXCEPTION 'guard allowance used' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_allowance_update_used BEFORE UPDATE ON allowance FOR EACH ROW EXECUTE FUNCTION guard_allowance_update_used()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_assignment_update_fixed BEFORE UPDATE OF id, person_id, course_id, due_on, recorded_at ON assignment FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_completion_update_fixed BEFORE UPDATE OF person_id, course_id, number, digest, course_version, recorded_at ON completion FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_lesson_completion_update_fixed BEFORE UPDATE OF person_id, course_id, lesson_id, digest, recorded_at ON lesson_completion FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_posting_update_fixed BEFORE UPDATE OF id, ministry_id, person_id, mission_id, unit, grade, name, family_name, given_name, email, from_on, is_left, recorded_at ON posting FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_practice_answer_update_fixed BEFORE UPDATE OF id, person_id, course_id, lesson_id, question_id, digest, response, mark, recorded_at ON practice_answer FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$
----
CREATE TRIGGER guard_report_line_update_fixed BEFORE UPDATE OF id, ministry_id, person_id, mission_id, sort_key, staff_number, name, family_name, given_name, email, ministry, mission, unit, grade, course_id, course_version, language, required_count, done_count, best_score, pass_mark, attempts, minutes, enrolled_on, due_on, first_activity_at, last_activity_at, completed_on, expires_on, recorded_at ON report_line FOR EACH ROW EXECUTE FUNCTION refuse_update()
----
CREATE TRIGGER guard_report_line_update_once BEFORE UPDATE OF superseded_at ON report_line FOR EACH ROW WHEN (OLD.superseded_at IS NOT NULL) EXECUTE FUNCTION refuse_update()
----
CREATE OR REPLACE FUNCTION guard_attempt_update_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id IS DISTINCT FROM NEW.id OR OLD.allowance_id IS DISTINCT FROM NEW.allowance_id OR OLD.person_id IS DISTINCT FROM NEW.person_id OR OLD.course_id IS DISTINCT FROM NEW.course_id OR OLD.quiz_id IS DISTINCT FROM NEW.quiz_id OR OLD.digest IS DISTINCT FROM NEW.digest OR OLD.number IS DISTINCT FROM NEW.number OR OLD.seed IS DISTINCT FROM NEW.seed OR OLD.token_key IS DISTINCT FROM NEW.token_key OR OLD.started_at IS DISTINCT FROM NEW.started_at OR OLD.deadline_at IS DISTINCT FROM NEW.deadline_at THEN RAISE EXCEPTION 'guard attempt fixed' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_attempt_update_fixed BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION guard_attempt_update_fixed()
----
CREATE OR REPLACE FUNCTION guard_attempt_update_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT (OLD.state = NEW.state
  OR OLD.state = 'open' AND NEW.state IN ('submitted', 'expired', 'void')
  OR OLD.state IN ('submitted', 'expired') AND NEW.state IN ('graded', 'void')
  OR OLD.state = 'graded' AND NEW.state IN ('released', 'void')
  OR OLD.state = 'released' AND NEW.state = 'void') THEN RAISE EXCEPTION 'guard attempt step' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_attempt_update_step BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION guard_attempt_update_step()
----
CREATE OR REPLACE FUNCTION guard_attempt_update_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.event_count < OLD.event_count THEN RAISE EXCEPTION 'guard attempt count' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_attempt_update_count BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION guard_attempt_update_count()
----
CREATE OR REPLACE FUNCTION guard_attempt_update_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at THEN RAISE EXCEPTION 'guard attempt closed' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_attempt_update_closed BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION guard_attempt_update_closed()
----
CREATE OR REPLACE FUNCTION guard_attempt_delete_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard attempt kept' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_attempt_delete_kept BEFORE DELETE ON attempt FOR EACH ROW EXECUTE FUNCTION guard_attempt_delete_kept()
----
CREATE OR REPLACE FUNCTION guard_answer_event_insert_in_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT NEW.is_late AND NOT EXISTS (
  SELECT 1 FROM attempt WHERE attempt.id = NEW.attempt_id AND attempt.state = 'open'
  AND (attempt.deadline_at IS NULL
    OR NEW.received_at <= attempt.deadline_at + interval '5 seconds')) THEN RAISE EXCEPTION 'guard answer_event in_time' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_answer_event_insert_in_time BEFORE INSERT ON answer_event FOR EACH ROW EXECUTE FUNCTION guard_answer_event_insert_in_time()
----
CREATE OR REPLACE FUNCTION guard_answer_event_insert_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM answer_event AS earlier
  WHERE earlier.attempt_id = NEW.attempt_id AND earlier.n >= NEW.n) THEN RAISE EXCEPTION 'guard answer_event order' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$
----
CREATE TRIGGER guard_answer_event_insert_order BEFORE INSERT ON answer_event FOR EACH ROW EXECUTE FUNCTION guard_answer_event_insert_order()
----
CREATE OR REPLACE FUNCTION guard_answer_event_update_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard answer_event fixed' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_answer_event_update_fixed BEFORE UPDATE ON answer_event FOR EACH ROW EXECUTE FUNCTION guard_answer_event_update_fixed()
----
CREATE OR REPLACE FUNCTION guard_answer_event_delete_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard answer_event kept' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_answer_event_delete_kept BEFORE DELETE ON answer_event FOR EACH ROW EXECUTE FUNCTION guard_answer_event_delete_kept()
----
CREATE OR REPLACE FUNCTION guard_answer_event_truncate_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard answer_event kept' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_answer_event_truncate_kept BEFORE TRUNCATE ON answer_event FOR EACH STATEMENT EXECUTE FUNCTION guard_answer_event_truncate_kept()
----
CREATE OR REPLACE FUNCTION guard_grading_update_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard grading fixed' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_grading_update_fixed BEFORE UPDATE ON grading FOR EACH ROW EXECUTE FUNCTION guard_grading_update_fixed()
----
CREATE OR REPLACE FUNCTION guard_grading_delete_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard grading kept' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_grading_delete_kept BEFORE DELETE ON grading FOR EACH ROW EXECUTE FUNCTION guard_grading_delete_kept()
----
CREATE OR REPLACE FUNCTION guard_grading_truncate_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard grading kept' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_grading_truncate_kept BEFORE TRUNCATE ON grading FOR EACH STATEMENT EXECUTE FUNCTION guard_grading_truncate_kept()
----
CREATE OR REPLACE FUNCTION guard_answer_payload_update_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'guard answer_payload fixed' USING ERRCODE = 'check_violation'; END $$
----
CREATE TRIGGER guard_answer_payload_update_fixed BEFORE UPDATE ON answer_payload FOR EACH ROW EXECUTE FUNCTION guard_answer_payload_update_fixed()
