"""The report: one page that shows verdicts, figures, tables and the runs behind them; needs no torch."""
