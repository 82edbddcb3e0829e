"""What a campaign has done, to look at: one page that stands alone, figures, and contact sheets.  Floor 6."""

from askance.report.gallery import Shows, of_pool
from askance.report.sheet import caption, contact_sheet
from askance.report.write import write_report

__all__ = ["Shows", "caption", "contact_sheet", "of_pool", "write_report"]
