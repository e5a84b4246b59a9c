-- How old the cloud's list is has to be said also where it cannot be had, and since when it cannot. The pace of asking
-- does not tell: it is moved when a list could not be had.
alter table price_look
    add column read_at       timestamptz,
    add column failing_since timestamptz,
    -- For whoever looks into the database; pages say only that and since when.
    add column last_error    text;

-- An older version writes down prices and not when it read them.
update price_look set read_at = (select max(seen_at) from price);
