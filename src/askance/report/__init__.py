"""What a campaign has done, to look at: one page that stands alone, figures, and contact sheets.  Floor 6."""
