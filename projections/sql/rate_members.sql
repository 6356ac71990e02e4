-- A page of the projects behind the rates, of one group or of all.
select p.*, g.value as group_value
  from rate_project p
 cross join lateral (
    select case %(group_by)s::text
        when 'unit' then p.unit
        when 'tier' then p.tier
        when 'origin' then p.origin
        when 'signing_year' then extract(year from p.signed_on)::int::text
        when 'campaign' then coalesce(
            (select s.campaign from fact_signing s where s.key = p.signed_by limit 1), '—')
        end as value) g
 where (%(group)s::text is null or g.value = %(group)s)
   and (%(after)s::text is null or p.project_id > %(after)s collate "C")
 order by p.project_id collate "C"
 limit %(limit)s
