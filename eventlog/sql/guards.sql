-- What no longer keeps the record as it is: triggers that are missing or disabled, a check that is
-- missing, and rights to write that the service should not have. One row per fault: what, where.
with guard(relation, trigger) as (values
    ('record_log', 'append_only'), ('record_tag', 'append_only'), ('record_command', 'append_only'),
    ('record_lock', 'append_only'), ('vault_value', 'unchanged')
)
select 'trigger ' || g.trigger, g.relation
  from guard g
 where not exists (
    select from pg_trigger t
     where t.tgrelid = to_regclass(format('%%I.%%I', %(schema)s::text, g.relation))
       and t.tgname = g.trigger and t.tgenabled in ('O', 'A'))
union all
select 'check record_log_entry', 'record_log'
 where not exists (
    select from pg_constraint c
     where c.conrelid = to_regclass(format('%%I.record_log', %(schema)s::text))
       and c.conname = 'record_log_entry')
union all
select r.privilege, g.relation
  from guard g
 cross join (values ('insert'), ('update'), ('delete'), ('truncate'), ('trigger')) as r(privilege)
 where has_table_privilege(
    %(schema)s::text || '_service', format('%%I.%%I', %(schema)s::text, g.relation), r.privilege)
 order by 2, 1
