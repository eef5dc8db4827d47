"""The report: one page that shows verdicts, figures, tables and the runs behind them; needs no torch."""

from sl.report.write import write

__all__ = ["write"]
