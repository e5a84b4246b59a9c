-- Only indexes: the rows are those of before.
select 1;
