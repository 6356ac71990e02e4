-- The signings of some projects with their terms in force, the latest check and the end, if any.
select t.*, v.ok, v.key as verified_by, x.key as terminated_by, x.terminated_on, x.cause
  from signing_term t
  left join lateral (
    select v.ok, v.key
      from signing_verdict_at(%(known_at)s, %(cutoff)s) v
     where v.signing_id = t.signing_id and v.key > t.key
     order by v.occurred_on desc, v.key desc limit 1) v on true
  left join lateral (
    select x.key, x.terminated_on, x.cause
      from signing_termination_at(%(known_at)s, %(cutoff)s) x
     where x.signing_id = t.signing_id and x.key > t.key and x.terminated_on <= %(cutoff)s
     order by x.key limit 1) x on true
 where t.project_id = any (%(projects)s)
 order by t.signed_on, t.key
