insert into check_in (job_number, line, level, text) values (1, 1, 'info', 'Accepted from operator.');
insert into announcement (job_number, text) values (1, 'Job #1 guide (m) on iriversland2: started by operator.');
