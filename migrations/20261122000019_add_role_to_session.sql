-- How far the right of whoever is signed in reaches. Sessions of before there were roles are an operator's.
alter table session
    add column role text not null default 'operator',
    add constraint session_role_is_known check (role in ('operator', 'admin'));
