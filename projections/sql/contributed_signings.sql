-- Signings of counted levels that fall within a campaign and a span of days, with their contract
-- introduced funds as amended by the cutoff. With :first_only a project counts once, at its first
-- counted signing over all time; a later one is not new (SPEC §4.2, S003-05).
with verdict as (
    select distinct on (signing_id) signing_id, ok, key
      from signing_verdict_at(%(known_at)s, %(cutoff)s)
     order by signing_id, occurred_on desc, key desc
), counted as (
    select s.*, v.key as verified_by,
           row_number() over (partition by s.project_id order by s.signed_on, s.key) as nth
      from signing_at(%(known_at)s, %(cutoff)s) s
      left join verdict v on v.signing_id = s.signing_id
     where s.level = any (%(levels)s)
       and s.signed_on <= %(cutoff)s
       and case %(basis)s when 'verified' then coalesce(v.ok, false) else coalesce(v.ok, true) end
), amendment as (
    select signing_id,
           array_agg(key order by key) as keys,
           (array_agg(funds_minor order by occurred_on desc, key desc)
               filter (where funds_minor is not null))[1] as funds_minor,
           (array_agg(funds_currency order by occurred_on desc, key desc)
               filter (where funds_minor is not null))[1] as funds_currency,
           (array_agg(rate_e9 order by occurred_on desc, key desc)
               filter (where rate_e9 is not null))[1] as rate_e9,
           (array_agg(rate_currency order by occurred_on desc, key desc)
               filter (where rate_e9 is not null))[1] as rate_currency
      from signing_amendment_at(%(known_at)s, %(cutoff)s)
     group by signing_id
), termed as (
    select s.key, s.signing_id, s.project_id, s.signed_on, s.by_person, s.by_unit, s.verified_by,
           a.keys as amended_by,
           coalesce(a.funds_minor, s.funds_minor) as minor,
           coalesce(a.funds_currency, s.funds_currency) as currency,
           coalesce(a.rate_e9, s.rate_e9) as rate_e9,
           coalesce(a.rate_currency, s.rate_currency) as rate_currency
      from counted s
      left join amendment a on a.signing_id = s.signing_id
     where (nth = 1 or not %(first_only)s)
       and s.signed_on between %(start)s and %(end)s
       and (%(campaign)s::text is null or s.campaign = %(campaign)s
            or s.project_id in (select d.project_id from adoption_at(%(known_at)s, %(cutoff)s) d
                                 where d.campaign_id = %(campaign)s))
)
select t.project_id, t.signing_id, t.signed_on as day, t.by_person, t.by_unit,
       array_remove(array[t.key, t.verified_by], null) || coalesce(t.amended_by, '{}') as positions,
       p.class, p.kind, p.funds_origin,
       t.minor, case when t.minor is not null then t.currency end as currency,
       case when t.currency = 'CNY' then t.minor
            when t.currency = t.rate_currency
                then round(t.minor * t.rate_e9::numeric * 0.000000001)::bigint end as cny
  from termed t
  join project_at(%(known_at)s, 'infinity') p on p.project_id = t.project_id
 order by t.key
