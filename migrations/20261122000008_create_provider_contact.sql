-- When each outside service last answered us, so that a page can say how old its facts are.
create table provider_contact (
    provider       text primary key,
    last_answer_at timestamptz,
    last_error_at  timestamptz,
    last_error     text
);
