-- Everybody may read the runs, and so who is running.
grant execute on function magscreen.lock_holder() to magscreen_quality;
