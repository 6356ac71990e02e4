-- Funds that arrived within a campaign and a span of days, recognised or as reported, and those that
-- left again, as negative amounts (SPEC §4.2, A-26).
with word as (
    -- Each arrival once: by its highest authority, and there by the latest word.
    select arrival_id, max(array[authority_rank, occurred_on - date '1900-01-01', key]) as word
      from fund_recognition_at(%(known_at)s, %(cutoff)s)
     group by arrival_id
), recognised as (
    select r.arrival_id, r.key, r.minor, r.currency, r.cny
      from word w
      join fund_recognition_at(%(known_at)s, %(cutoff)s) r on r.key = w.word[3]
), moved as (
    select a.arrival_id as id, a.project_id, a.received_on as day, a.campaign, a.origin, a.is_cash_fx,
           array_remove(array[a.key, r.key], null) as positions,
           case %(basis)s when 'recognised' then r.minor else a.minor end as minor,
           case %(basis)s when 'recognised' then r.currency else a.currency end as currency,
           case %(basis)s when 'recognised' then r.cny else a.cny end as cny
      from fund_arrival_at(%(known_at)s, %(cutoff)s) a
      left join recognised r on r.arrival_id = a.arrival_id
    union all
    select 'withdrawal-' || w.key, w.project_id, w.withdrawn_on, w.campaign, null, null,
           array[w.key], -w.minor, w.currency, -w.cny
      from fund_withdrawal_at(%(known_at)s, %(cutoff)s) w
)
select m.id, m.project_id, m.day, m.positions, m.minor, m.currency, m.cny, p.class,
       coalesce(m.origin, p.funds_origin) as funds_origin, coalesce(m.is_cash_fx, false) as cash
  from moved m
  join project_at(%(known_at)s, 'infinity') p on p.project_id = m.project_id
 where m.minor is not null
   and m.day between %(start)s and %(end)s
   and (%(campaign)s::text is null or m.campaign = %(campaign)s
        or m.project_id in (select a.project_id from adoption_at(%(known_at)s, %(cutoff)s) a
                             where a.campaign_id = %(campaign)s))
 order by m.positions
