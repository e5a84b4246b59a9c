-- When the CI last said something of a step's run, be it nothing new. That the CI answers other questions meanwhile says
-- nothing of this run. Null: never, or by a binary that did not write it down yet.
alter table step add column seen_at timestamptz;

update step set seen_at = finished_at;
