-- Each act hangs on the one before it by a digest, so that one that is altered, taken out or put in later is found. It is
-- done here and not by the binary: one that knows nothing of it is chained too while a deploy goes on.

-- First of all: until this is committed nobody adds an act that would be neither linked here nor by the trigger.
lock table act in share row exclusive mode;

create function refuse_to_change_an_act() returns trigger language plpgsql as $$
begin
    raise exception 'what was done is never changed';
end
$$;

create trigger act_is_never_changed before update or delete or truncate on act
    for each statement execute function refuse_to_change_an_act();

-- Numbered in the order of the commits, which is not that of the acts.
create table act_link (
    number bigint primary key,
    act_id bigint not null references act,
    digest bytea  not null,

    constraint act_link_is_the_only_one_of_its_act unique (act_id)
);

create trigger act_link_is_never_changed before update or delete or truncate on act_link
    for each statement execute function refuse_to_change_an_act();

-- The last link. Whoever adds one waits for this row, so that no two hang on the same one.
create table act_head (
    is_the_one boolean primary key default true,
    number     bigint  not null,
    digest     bytea   not null,

    constraint act_head_is_the_only_one check (is_the_one)
);

create trigger act_head_is_never_taken_away before delete or truncate on act_head
    for each statement execute function refuse_to_change_an_act();

insert into act_head (number, digest) values (0, sha256(''));

-- The text of a JSON array means one thing only, and neither a setting nor a zone of time changes it.
create function act_digest(before bytea, written act) returns bytea language sql stable as $$
    select sha256(before || convert_to(
        jsonb_build_array(written.act_id, (extract(epoch from written.at) * 1000000)::bigint, written.actor_name,
                          written.channel, written.what, written.cluster_name, written.job_number,
                          written.because)::text,
        'UTF8'))
$$;

-- Without a head nothing is linked, and the act stands all the same: a damaged chain shows when it is verified, and keeps
-- nobody from destroying a cluster.
create function link_act(written act) returns void language sql volatile as $$
    with head as (
        update act_head set number = number + 1, digest = act_digest(digest, written) returning number, digest)
    insert into act_link (number, act_id, digest) select number, written.act_id, digest from head
$$;

select link_act(act) from (select act from act order by act_id) as written (act);

create function chain_act() returns trigger language plpgsql as $$
begin
    perform link_act(new);
    return null;
end
$$;

-- At the commit, as the last thing of a transaction: whoever waits for the head then is waited for by nobody who has it.
create constraint trigger act_is_chained after insert on act deferrable initially deferred
    for each row execute function chain_act();

-- The first thing that is wrong with the chain; no row while it holds. That its end was cut off together with the head, or
-- that all of it was written anew, shows only beside a head that was noted elsewhere.
create function first_broken_act_link() returns table (number bigint, act_id bigint, what text)
language sql stable as $$
    with link as (
        select act_link.number, act_link.act_id, act_link.digest,
               lag(act_link.number, 1, 0::bigint) over chain as number_before,
               lag(act_link.digest, 1, sha256('')) over chain as digest_before
          from act_link
        window chain as (order by act_link.number)),
    last_link as (
        select link.number, link.digest from link
         union all
        select 0, sha256('')
         order by number desc limit 1),
    wrong as (
        select 1 as place, link.number, link.act_id,
               case when link.number <> link.number_before + 1 then 'the link before it is missing'
                    when act.act_id is null then 'the act is missing'
                    when link.digest <> act_digest(link.digest_before, act)
                    then 'the act or its link was altered, or is out of order'
               end as what
          from link left join act using (act_id)
        union all
        select 2, null, act.act_id, 'the act has no link'
          from act left join act_link using (act_id) where act_link.number is null
        union all
        select 3, last_link.number, null,
               case when act_head.number is null then 'the head is missing'
                    when act_head.number <> last_link.number or act_head.digest <> last_link.digest
                    then 'the head does not fit the last link'
               end
          from last_link left join act_head on true)
    select wrong.number, wrong.act_id, wrong.what
      from wrong
     where wrong.what is not null
     order by wrong.place, wrong.number, wrong.act_id
     limit 1
$$;
