-- A run that failed may be started anew: each attempt has a trigger, and a marker, of its own.
alter table step
    add column attempt       integer not null default 1,
    -- How often since it was last seen the provider said that there is no such run.
    add column missing_looks integer not null default 0,
    -- What a person said to the step's question, until it has been heeded.
    add column answer        jsonb;

alter table trigger
    add column attempt    integer not null default 1,
    -- The runs that fit, where a person has to say which one is ours.
    add column candidates jsonb   not null default '[]',
    drop constraint trigger_state_is_known,
    add constraint trigger_state_is_known check
        (state in ('intended', 'accepted', 'unsent', 'unknown', 'rejected', 'needs_person'));

drop index trigger_one_per_step;
create unique index trigger_one_per_attempt on trigger (job_number, position, attempt);
