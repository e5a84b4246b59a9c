-- Sees every row that is written, and who wrote it. It says what it saw, in the words of the judge, and judges nothing. What
-- it says is rolled back with what it saw: only what was committed counts.
create schema witness;

create table witness.fact (
    number bigint generated always as identity primary key,
    fact   jsonb not null
);

create function witness.say(fact jsonb) returns void language sql as
    'insert into witness.fact (fact) values (fact)';

-- A process goes by the name of its connection.
create function witness.me() returns text language sql as
    $$ select current_setting('application_name') $$;

create function witness.saw_version(thing text, version_before bigint, version bigint) returns void language plpgsql as $$
begin
    if version <> version_before then
        perform witness.say(jsonb_build_object(
            'fact', 'wrote', 'thing', thing, 'version_before', version_before, 'version', version,
            'transaction', pg_current_xact_id()::text));
    end if;
end $$;

create function witness.saw_move(number bigint, present_fence bigint, moved text) returns void language plpgsql as $$
begin
    perform witness.say(jsonb_build_object(
        'fact', 'moved', 'job', number, 'fence', present_fence, 'what', moved, 'by', witness.me()));
end $$;

create function witness.saw_job() returns trigger language plpgsql as $$
begin
    if new.fence <> old.fence then
        perform witness.say(jsonb_build_object(
            'fact', 'claimed', 'job', new.job_number, 'fence_before', old.fence, 'fence', new.fence, 'by', witness.me()));
    elsif new.state <> old.state then
        perform witness.saw_move(new.job_number, new.fence, 'the state');
    end if;
    perform witness.saw_version(format('job-row-%s', new.job_number), old.version, new.version);
    return null;
end $$;

create function witness.saw_step() returns trigger language plpgsql as $$
begin
    perform witness.saw_move(new.job_number, (select fence from public.job where job_number = new.job_number),
                             format('step %s', new.position));
    return null;
end $$;

create function witness.saw_cluster() returns trigger language plpgsql as $$
begin
    perform witness.saw_version(format('cluster-%s', new.cluster_name), old.version, new.version);
    return null;
end $$;

create function witness.saw_act() returns trigger language plpgsql as $$
begin
    perform witness.say(jsonb_build_object(
        'fact', 'noted', 'act', new.what, 'job', new.job_number, 'by', new.actor_name));
    return null;
end $$;

create function witness.saw_change(thing text, old_state text, new_state text) returns void language sql as $$
    select witness.say(jsonb_build_object(
        'fact', 'changed', 'thing', thing, 'from', old_state, 'to', new_state,
        'transaction', pg_current_xact_id()::text))
$$;

create function witness.saw_change_of_job() returns trigger language plpgsql as $$
begin
    perform witness.saw_change(format('job-row-%s', new.job_number), old.state, new.state);
    return null;
end $$;

create function witness.saw_change_of_cluster() returns trigger language plpgsql as $$
begin
    perform witness.saw_change(format('cluster-%s', new.cluster_name), old.state, new.state);
    return null;
end $$;

create function witness.saw_new_job() returns trigger language plpgsql as $$
begin
    perform witness.saw_version(format('job-row-%s', new.job_number), 0, new.version);
    return null;
end $$;

create trigger witness after update on public.job for each row execute function witness.saw_job();
create trigger witness_of_new after insert on public.job for each row execute function witness.saw_new_job();
create trigger witness after update of state, attempt on public.step for each row execute function witness.saw_step();
create trigger witness after insert or update on public.trigger for each row execute function witness.saw_step();
create trigger witness after update on public.cluster for each row execute function witness.saw_cluster();
create trigger witness after insert on public.act for each row execute function witness.saw_act();
create trigger witness_of_change after update of state on public.job for each row
    when (new.state <> old.state) execute function witness.saw_change_of_job();
create trigger witness_of_change after update of state on public.cluster for each row
    when (new.state <> old.state) execute function witness.saw_change_of_cluster();
