-- Sees every row that is written, and who wrote it. What it notes is rolled back with what it saw: only what was committed
-- counts.
create schema witness;

-- Who took each claim, by the name that the connection goes under.
create table witness.claim (
    job_number bigint not null,
    fence      bigint not null,
    taken_by   text   not null,
    primary key (job_number, fence)
);

create table witness.breach (
    number bigint generated always as identity primary key,
    what   text not null
);

-- Which versions rose in which transaction.
create table witness.rise (
    thing       text not null,
    transaction xid8 not null default pg_current_xact_id()
);

create index rise_of_thing on witness.rise (thing, transaction);

create function witness.note(what text) returns void language sql as
    'insert into witness.breach (what) values (what)';

create function witness.me() returns text language sql as
    $$ select current_setting('application_name') $$;

-- I3: nobody moves a job, or a step of it, under a claim that somebody else has by now.
create function witness.must_hold_claim(number bigint, present_fence bigint, moved text) returns void language plpgsql as $$
declare
    holder text := (select taken_by from witness.claim where job_number = number and fence = present_fence);
begin
    if holder <> witness.me() then
        perform witness.note(format('I3: %s moved %s of #%s, and its claim %s belongs to %s',
                                    witness.me(), moved, number, present_fence, holder));
    end if;
end $$;

-- I5: no version goes down.
create function witness.saw_version(thing text, old_version bigint, new_version bigint) returns void language plpgsql as $$
begin
    if new_version > old_version then
        insert into witness.rise values (thing);
    elsif new_version < old_version then
        perform witness.note(format('I5: the version of %s went from %s to %s', thing, old_version, new_version));
    end if;
end $$;

create function witness.must_have_risen(what text, old_state text, new_state text) returns void language plpgsql as $$
begin
    if not exists (select from witness.rise where thing = what and transaction = pg_current_xact_id()) then
        perform witness.note(format('I5: %s went from %s to %s without a new version', what, old_state, new_state));
    end if;
end $$;

create function witness.saw_job() returns trigger language plpgsql as $$
begin
    if new.fence > old.fence then
        insert into witness.claim values (new.job_number, new.fence, witness.me());
    elsif new.fence < old.fence then
        perform witness.note(format('I3: the fence of #%s went from %s to %s', new.job_number, old.fence, new.fence));
    elsif new.state <> old.state then
        perform witness.must_hold_claim(new.job_number, new.fence, 'the state');
    end if;
    perform witness.saw_version(format('#%s', new.job_number), old.version, new.version);
    return null;
end $$;

create function witness.saw_step() returns trigger language plpgsql as $$
begin
    perform witness.must_hold_claim(new.job_number, (select fence from public.job where job_number = new.job_number),
                                    format('step %s', new.position));
    return null;
end $$;

create function witness.saw_cluster() returns trigger language plpgsql as $$
begin
    perform witness.saw_version(new.cluster_name, old.version, new.version);
    return null;
end $$;

-- I5: a state that changes has a new version by the end of its transaction.
create function witness.judge_job() returns trigger language plpgsql as $$
begin
    perform witness.must_have_risen(format('#%s', new.job_number), old.state, new.state);
    return null;
end $$;

create function witness.judge_cluster() returns trigger language plpgsql as $$
begin
    perform witness.must_have_risen(new.cluster_name, old.state, new.state);
    return null;
end $$;

create trigger witness after update on public.job for each row execute function witness.saw_job();
create trigger witness after update of state, attempt on public.step for each row execute function witness.saw_step();
create trigger witness after insert or update on public.trigger for each row execute function witness.saw_step();
create trigger witness after update on public.cluster for each row execute function witness.saw_cluster();
create constraint trigger judge after update of state on public.job deferrable initially deferred
    for each row when (new.state <> old.state) execute function witness.judge_job();
create constraint trigger judge after update of state on public.cluster deferrable initially deferred
    for each row when (new.state <> old.state) execute function witness.judge_cluster();
